"""The application that a web server runs. What pages need is read before the first reader comes."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spinepath.clinic.settings")
application = get_wsgi_application()

from spinepath.clinic import warm  # noqa: E402  Django has to be set up before

warm.read_everything()
