"""L4, P-53: each time that the data map promises is kept by a rule or by a job that runs."""

from importlib import import_module

from gallery import TABLES, jobs
from gallery.core import data_map
from gallery.core.personal import Keep
from gallery.privacy.retention import queries
from gallery.privacy.retention.rules import ELSEWHERE, LASTS, RECORDS, RULES

for module in TABLES:  # Without an application not every table is known yet.
    import_module(f"gallery.{module}")


def promised() -> set[tuple[str, Keep]]:
    """Each path to a member, with each time that is promised on what it leads to."""
    return {(str(path), line.entry.keep) for path in data_map.paths() for line in path.lines}


def test_every_promise_has_a_rule_or_a_job() -> None:
    kept = {(rule.path, rule.keep) for rule in RULES}
    open_promises = {
        (path, keep)
        for path, keep in promised() - kept
        if keep not in ELSEWHERE
        and not (keep is Keep.SALES_RECORD and path in RECORDS)
        and not (keep is Keep.HOLD and path in LASTS)
        # The row goes with the rule on whom it is about; this is what stands beside him in it.
        and not any(keep is rule.keep and path.partition(".")[0] == rule.table for rule in RULES)
    }
    assert open_promises == set(), "say in privacy/retention/rules.py when these go"


def test_no_rule_and_no_list_speaks_of_what_is_not_there() -> None:
    paths = {path for path, _keep in promised()}
    assert {rule.path for rule in RULES} | RECORDS | set(LASTS) <= paths
    assert set(ELSEWHERE) | {rule.keep for rule in RULES} | {Keep.SALES_RECORD} == set(Keep)


def test_every_rule_counts_from_a_time_that_its_table_has() -> None:
    for rule in RULES:
        assert rule.ended in queries.MOMENTS or rule.ended in queries.table_of(rule).c, rule
        assert len(queries.table_of(rule).primary_key) == 1, rule


def test_the_jobs_that_keep_the_other_times_run() -> None:
    running = {one.run.__name__ for one in jobs.CLOCK_DRIVEN}
    assert {*ELSEWHERE.values(), "remove_what_had_its_time"} <= running
