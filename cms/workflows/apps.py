from django.apps import AppConfig


class WorkflowsConfig(AppConfig):
    """What editors, reviewers and the province do in the admin; it has no tables of its own."""

    name = "cms.workflows"
    label = "workflows"
