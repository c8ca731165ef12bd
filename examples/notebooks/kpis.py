"""The KPIs of the newest export of client_tickets as charts, from its DuckDB file: see docs/bi.md.

TICKETS_DATA=FOLDER marimo run examples/notebooks/kpis.py (or `edit`); FOLDER is what `tickets export` wrote to.
"""

import marimo

app = marimo.App(width="medium", app_title="Support KPIs")


@app.cell
def _():
    import json
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    data = Path(os.environ.get("TICKETS_DATA", "data"))
    newest = json.loads((data / "exports/latest.json").read_text("utf-8"))["client_tickets"]["path"]
    export = duckdb.connect(data / newest / "export.duckdb", read_only=True)
    order = ["urgent", "high", "normal", "low"]
    priority = alt.Color("priority", sort=order)
    return alt, export, mo, order, priority


@app.cell
def _(alt, export, priority):
    hourly = "SELECT utc_hour, priority, sum(open_tickets)::INT AS tickets FROM bi.backlog_by_hour GROUP BY ALL"
    areas = alt.Chart(export.sql(hourly).pl(), title="Open tickets").mark_area()
    backlog = areas.encode(x="utc_hour", y="tickets", color=priority)
    return (backlog,)


@app.cell
def _(alt, export, priority):
    hours = export.sql("SELECT utc_day, priority, median(hours_to_resolve) AS hours FROM bi.resolutions GROUP BY ALL")
    lines = alt.Chart(hours.pl(), title="Median hours to resolve").mark_line(point=True)
    took = lines.encode(x="utc_day", y="hours", color=priority)
    return (took,)


@app.cell
def _(alt, export, order, priority):
    groups = export.table("bi.share_past_target").aggregate(
        "support_team, priority, sum(past_target) / sum(resolved_with_hours) AS share"
    )
    bars = alt.Chart(groups.pl(), title="Share resolved past target").mark_bar()
    past = bars.encode(x="support_team", xOffset=alt.XOffset("priority", sort=order), y="share", color=priority)
    return (past,)


@app.cell
def _(backlog, mo, past, took):
    mo.vstack([backlog, took, past])
    return


if __name__ == "__main__":
    app.run()
