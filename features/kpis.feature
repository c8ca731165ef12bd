Feature: The KPIs equal a plain recomputation
  Managers decide on these numbers, so they must be what anybody gets from the published tickets with SQL.

  Scenario: KPIs of generated events that come in any order
    Given 4000 generated events, some broken, doubled and late
    When the pipeline has run
    And the results are exported
    Then the KPIs equal a plain recomputation from the exported tickets
    And the export can be read by duckdb, polars and pandas with the contract's types
