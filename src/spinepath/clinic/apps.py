"""The one Django application of the clinic."""

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """Models, pages and commands of a clinic."""

    name = "spinepath.clinic"
    label = "clinic"
    default_auto_field = "django.db.models.BigAutoField"
