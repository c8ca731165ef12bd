Feature: A second topic needs a contract and nothing else
  Whoever owns a topic writes one YAML file; nobody writes code.

  Scenario: application logs, with an integer key and nested objects
    Given the contract app_logs from the examples, and 1000 generated events of it
    When the pipeline has run
    And the results are exported
    Then the export app_logs has one row per accepted event, with the contract's fields
    And the audit finds every offset exactly once
    And what was sent equals accepted, rejected and duplicates
