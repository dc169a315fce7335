from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("record", "0006_arrivals_closed")]

    operations = [
        migrations.CreateModel(
            name="MailWish",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("user", models.CharField(max_length=150, unique=True)),
                ("closed", models.TextField()),
                ("language", models.CharField(max_length=12)),
                ("asked", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="MailSent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
