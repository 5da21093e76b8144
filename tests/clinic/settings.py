"""The clinic's settings for tests: a data folder that is thrown away, and a quick way to hash passwords."""

import atexit
import os
import tempfile

_data = tempfile.TemporaryDirectory(prefix="spinepath-clinic-tests-")
atexit.register(_data.cleanup)
os.environ["SPINEPATH_DATA"] = _data.name

from spinepath.clinic.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MAIL_GOES_OUT = True
TIME_ZONE = "Europe/Berlin"  # that of the clinic in the tests: their "today" is its day, also an hour before midnight
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
