"""Three feeds are checked at once and two are broken: an exception group, with one exception for each."""

from datetime import datetime

try:
    from airflow.sdk import dag, task
except ImportError:  # Airflow 2
    from airflow.decorators import dag, task


def check(feed):
    if feed == "acme":
        raise ValueError("feed acme: row 12 has no price")
    if feed == "globex":
        raise LookupError("feed globex: currency XAU is unknown")


@dag(schedule=None, start_date=datetime(2026, 1, 1), catchup=False, is_paused_upon_creation=False)
def partner_feeds():
    @task
    def check_feeds():
        problems = []
        for feed in ("acme", "globex", "initech"):
            try:
                check(feed)
            except (ValueError, LookupError) as problem:
                problems.append(problem)
        if problems:
            raise ExceptionGroup("2 of 3 feeds are broken", problems)

    check_feeds()


partner_feeds()
