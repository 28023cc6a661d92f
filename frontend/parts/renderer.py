"""How forms look everywhere outside the Wagtail admin."""

from django.forms.renderers import TemplatesSetting


class PartsRenderer(TemplatesSetting):
    """``{{ form }}`` and ``{{ field.as_field_group }}`` use the shared parts."""

    form_template_name = "_parts/form.html"
    field_template_name = "_parts/field.html"
