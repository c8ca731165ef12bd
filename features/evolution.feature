Feature: A contract changes while its topic is in use
  Producers and the job are upgraded on different days, in any order. Whatever version an event was written with, it
  counts once, and analysts read all of them in one table.

  Scenario: two versions share the topic, and the job is upgraded while both are sent
    Given a running job that knows version 1 of client_tickets only
    And a producer of version 1 and a producer of version 2 that do not stop for it
    And a valid client_tickets event of version 1
    And its language is "fr-FR"
    And the pipeline has run
    And the job is upgraded to version 2
    And a valid client_tickets event of version 1
    And its language is "fr-CA"
    And a valid client_tickets event of version 2
    And its locale is "de-DE"
    And its product is "Travel Card"
    And its channel is "social"
    And the pipeline has run
    When the producers have stopped, and all they sent is read
    Then the audit finds every offset exactly once
    And every event of version 1 is a ticket that says so
    And every event of version 2 is a ticket that says so, or is refused for client_tickets.v1/@version/known
    And the tickets have the languages "fr-FR", "fr-CA" and "de-DE"

  Scenario: an event of a version that nobody knows is kept, and becomes a ticket once the job knows it
    Given a job that knows version 1 of client_tickets only
    And a valid client_tickets event of version 2
    And its locale is "de-DE"
    And its product is "Travel Card"
    And a valid client_tickets event of version 3
    And the pipeline has run
    And both are refused for client_tickets.v1/@version/known
    When the job learns version 2, and what was refused is replayed
    Then the first is a ticket exactly once, with language "de-DE" and product "Travel Card"
    And the second is refused for client_tickets.v2/@version/known
    And to replay again changes nothing
    And the audit finds every offset exactly once

  Scenario: an optional field more
    Given a valid client_tickets event of version 2
    And the pipeline has run
    And the results are exported
    And client_tickets and tickets gain the optional field site, each in its next minor version
    And a valid client_tickets event of version 2
    And its site is "Lyon"
    When the pipeline has run
    And the results are exported
    Then the first ticket has no site, and the second has "Lyon"
    And the first export is still there, unchanged
    And the audit finds every offset exactly once
