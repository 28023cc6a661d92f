from django.apps import AppConfig
from django.utils.translation import gettext_noop

# Words of Django and Wagtail that their own Indonesian catalogues lack, named here so that ours says them.
UNTRANSLATED = (gettext_noop("- Select an option -"),)


class OfficeConfig(AppConfig):
    name = "frontend.office"
    label = "office"
