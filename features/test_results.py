"""KPIs and exports, in workspaces of their own."""

from pytest_bdd import scenarios

scenarios("kpis.feature", "blocked_export.feature")
