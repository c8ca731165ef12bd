Feature: What the broker does not acknowledge is kept, and sent later
  A broker may go away, or refuse an event. The producer then keeps the event, says why and what to do, and sends it
  later as it was, so that nobody has to find out what was lost, and nothing counts twice.

  Scenario: the broker stays away for longer than the producer waits
    Given 300 tickets that are being sent
    And the broker goes away before all of them are acknowledged
    And the producer gives up, and says what it keeps and how to send it
    When the broker is back, and what is kept is sent
    And the pipeline has run
    Then nothing is kept any more
    And each of the tickets is in the export exactly once
    And the audit finds every offset exactly once

  Scenario: the broker comes back in time
    Given 2000 tickets that are being sent
    And the broker goes away for 8 seconds
    When the producer has ended
    Then all of them are acknowledged, and nothing is kept
    And each has one receipt, for the place in the topic where it is

  Scenario: a ticket is larger than the broker takes
    Given a broker that takes less than the contract allows
    And 20 tickets that are being sent, 2 of them as large as the contract allows
    And the producer has ended, and keeps 2 for their size
    When the broker takes what the contract allows, and what is kept is sent
    And the pipeline has run
    Then nothing is kept any more
    And each of the tickets is in the export exactly once
