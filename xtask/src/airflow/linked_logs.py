"""Airflow's own logging, with a link elsewhere for each log: a link is all that is asked for."""

from copy import deepcopy

from airflow.config_templates.airflow_local_settings import DEFAULT_LOGGING_CONFIG
from airflow.utils.log.file_task_handler import FileTaskHandler
from airflow.utils.log.logging_mixin import ExternalLoggingMixin


class LinkedTaskHandler(FileTaskHandler, ExternalLoggingMixin):
    log_name = "elsewhere"
    supports_external_link = True

    def get_external_log_url(self, task_instance, try_number):
        return f"https://logs.example/{task_instance.dag_id}/{task_instance.task_id}/{try_number}"


LOGGING_CONFIG = deepcopy(DEFAULT_LOGGING_CONFIG)
LOGGING_CONFIG["handlers"]["task"]["class"] = "linked_logs.LinkedTaskHandler"
