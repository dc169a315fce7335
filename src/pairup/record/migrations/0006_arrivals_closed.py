from typing import Any

from django.db import migrations, models


def refuse_filled(apps: Any, editor: Any) -> None:
    """Refuse a record with answers in the clear: closing them would break the leaves that they stand in."""
    if apps.get_model("record", "ArrivalCheckVersion").objects.using(editor.connection.alias).exists():
        raise RuntimeError("This record holds answers after arrival in the clear. Load its folder into a new record.")


class Migration(migrations.Migration):
    dependencies = [("record", "0005_complaints")]

    operations = [
        migrations.RunPython(refuse_filled, migrations.RunPython.noop),
        *(
            migrations.RemoveField(model_name="arrivalcheckversion", name=name)
            for name in ("duties", "language", "living", "release_share", "skills")
        ),
        migrations.AddField(
            model_name="arrivalcheckversion", name="closed", field=models.TextField(blank=True, default="")
        ),
        migrations.AddField(
            model_name="arrivalcheckversion",
            name="sealed",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
    ]
