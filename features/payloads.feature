Feature: A contract makes payloads and judges them without a broker
  A team that sends or reads client tickets with tools of its own asks the contract itself: what does a valid event look
  like, and what does mine break? The answer must not depend on who is asked, the published schema or the running job.

  Scenario: What the contract makes is accepted by every enforcer
    Given 200 payloads made from client_tickets
    When every enforcer judges them
    Then all are accepted

  Scenario: What is made to break a clause is refused for that clause by every enforcer
    Given payloads made to break each clause of client_tickets
    When every enforcer judges them
    Then each is refused for the clause it was made to break

  Scenario: Every clause that a payload breaks is named, not the first
    Given the payload {"event_id": 7, "priority": "urgent!!", "tags": ["vip", "vip"]}
    When every enforcer judges it
    Then it is refused for client_tickets.v1/event_id/type
    And it is refused for client_tickets.v1/priority/enum
    And it is refused for client_tickets.v1/tags/uniqueItems
    And it is refused for client_tickets.v1/ticket_id/required
