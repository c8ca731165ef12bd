Feature: A fault stops the job with words, never with a gap
  Whatever happens to the job, the broker or the machine: what was read stays exact, the next run goes on, and where
  something is lost the job says what, instead of passing over it.

  Scenario: a second job is started by mistake
    Given 500 generated events, some broken, doubled and late
    And a job that keeps running
    When another job is started
    Then it is refused, because the tables are being written

  Scenario Outline: <what> in the middle of a batch
    Given 12000 generated events, some broken, doubled and late
    When <what> while a batch is under way
    Then the job ends with an error that says <words>
    When the pipeline has run
    Then the audit finds every offset exactly once
    And what was sent equals accepted, rejected and duplicates

    Examples:
      | what                       | words            |
      | the Java process is killed | the Java process |
      | a Python worker is killed  | a Python worker  |

  Scenario: the disk is full
    Given 12000 generated events, some broken, doubled and late
    When the disk is full while the job reads on
    Then the job ends with an error that says large
    When the pipeline has run
    Then the audit finds every offset exactly once
    And what was sent equals accepted, rejected and duplicates

  Scenario: the topic loses events before they are read
    Given 600 generated events, some broken, doubled and late
    And the pipeline has run
    And 400 more generated events
    And the broker removes all events but those of the next sending
    And 300 more generated events
    When the job is run once
    Then the job ends with an error that says removed before they were read
    When the job is run once and told to accept the loss
    Then the audit is ok and names every lost offset

  Scenario: the topic is deleted and made anew
    Given 300 generated events, some broken, doubled and late
    And the pipeline has run
    And the topic is deleted and made anew
    And 600 more generated events
    When the job is run once
    Then the job ends with an error that says was made anew
    And the ledger is as it was

  Scenario: a flood of bad events
    Given 1000 generated events of which 90% are broken
    When the job is run once and may refuse 20%
    Then the job ends with an error that says of the last 1000 records are rejected
    And the ledger is empty
    When the job is run once
    Then an alert about refused records is logged
    And the audit finds every offset exactly once
