from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0003_jobs")]

    operations = [
        migrations.AddField(
            model_name="token",
            name="used",
            field=models.DateField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.CharField(max_length=150, unique=True)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("expires", models.DateTimeField()),
            ],
        ),
    ]
