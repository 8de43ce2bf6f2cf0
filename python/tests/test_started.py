"""What the first call does in the web server's process."""

from __future__ import annotations

import gc
import sys
import types
import unittest
from unittest import mock

from airvane import started


class Started(unittest.TestCase):
    def setUp(self) -> None:
        airflow = types.ModuleType("airflow")
        airflow.__version__ = "3.3.2"  # type: ignore[attr-defined]
        for patch in (
            mock.patch.dict(sys.modules, {"airflow": airflow}),
            mock.patch("airvane.started.base_url", return_value=""),
            mock.patch.dict("os.environ", clear=True),
        ):
            patch.start()
            self.addCleanup(patch.stop)
        self.addCleanup(started._service.cache_clear)
        self.addCleanup(gc.unfreeze)

    def test_what_lives_by_the_first_call_is_spared_by_the_collector(self) -> None:
        before = gc.get_freeze_count()
        with mock.patch("airvane.started._section", return_value={}):
            self.assertIsNotNone(started.service())
        self.assertGreater(gc.get_freeze_count(), before + 1000)

    def test_settings_that_cannot_be_used_are_logged_and_close_the_endpoint(self) -> None:
        with mock.patch("airvane.started._section", return_value={"allow_writing": "True"}):
            with self.assertLogs("airvane", "ERROR") as logs:
                self.assertIsNone(started.service())
        self.assertIn("allow_writing", logs.output[0])


if __name__ == "__main__":
    unittest.main()
