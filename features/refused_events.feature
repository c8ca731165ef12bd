@live
Feature: An event that breaks its contract never reaches an export
  Consumers read exports without checking them again, so a value the contract forbids
  is set aside with its reason, and the good events go on.

  Rule: a refused event says which clause it broke, and keeps its original bytes

    Scenario Outline: one field breaks the contract
      Given a valid client_tickets event
      But its <field> is <value>
      When the pipeline has run
      Then the export holds no row for it
      And the refused event names the clause <clause>
      And its original bytes can be had

      Examples: one value of a simple field
        | field        | value                        | clause                            |
        | event_id     | "4711"                       | client_tickets.v1/event_id/format |
        | event_type   | "escalated"                  | client_tickets.v1/event_type/enum |
        | ticket_id    | "TCK-1"                      | client_tickets.v1/ticket_id/pattern |
        | occurred_at  | "2026-01-05T08:30:00"        | client_tickets.v1/occurred_at/type |
        | request      | ""                           | client_tickets.v1/request/minLength |
        | request      | a text of 2001 characters    | client_tickets.v1/request/maxLength |
        | request      | null                         | client_tickets.v1/request/required |
        | channel      | absent                       | client_tickets.v1/channel/required |
        | priority     | "urgent!!"                   | client_tickets.v1/priority/enum   |
        | client_email | "nobody"                     | client_tickets.v1/client_email/format |
        | satisfaction | 0                            | client_tickets.v1/satisfaction/minimum |
        | satisfaction | 6                            | client_tickets.v1/satisfaction/maximum |
        | amount       | 12.345                       | client_tickets.v1/amount/multipleOf |

      Examples: lists and what is inside them
        | field       | value                        | clause                            |
        | tags        | ["vip", "vip"]               | client_tickets.v1/tags/uniqueItems |
        | tags        | [1,2,3,4,5,6,7,8,9,10,11]    | client_tickets.v1/tags/maxItems   |
        | tags        | [null]                       | client_tickets.v1/tags[]/required |
        | attachments | [{"name": "a.pdf", "media_type": "application/pdf", "size_bytes": -1}] | client_tickets.v1/attachments[].size_bytes/minimum |

    Scenario: all broken clauses are named, not the first
      Given a valid client_tickets event
      But its priority is "urgent!!"
      And its satisfaction is 9
      When the pipeline has run
      Then the refused event names the clause client_tickets.v1/priority/enum
      And the refused event names the clause client_tickets.v1/satisfaction/maximum

    Scenario: a personal value is not shown in the reason
      Given a valid client_tickets event
      But its client_email is "ada.lovelace"
      When the pipeline has run
      Then the refused event names the clause client_tickets.v1/client_email/format
      And "ada.lovelace" is shown nowhere in the export

  Rule: the envelope is part of the contract

    Scenario Outline: the record around the event is wrong
      Given a valid client_tickets event
      But its record has <fault>
      When the pipeline has run
      Then the export holds no row for it
      And the refused event names the clause <clause>

      Examples:
        | fault                    | clause                                      |
        | another ticket's key     | client_tickets.v1/@key/equals               |
        | no header event_id       | client_tickets.v1/@header.event_id/required |
        | no header contract_version | client_tickets.v2/@version/required       |
        | the version 3.0.0        | client_tickets.v2/@version/known            |

  Rule: bytes that are no event are kept, and stop nobody

    Scenario Outline: malformed bytes between two good events
      Given a valid client_tickets event
      And a record whose value is <bytes>
      And another valid client_tickets event
      When the pipeline has run
      Then the export holds both events
      And the refused record names the clause <clause>

      Examples:
        | bytes                       | clause                          |
        | nothing at all              | client_tickets.v1/$/json        |
        | half a JSON object          | client_tickets.v1/$/json        |
        | two JSON objects            | client_tickets.v1/$/json        |
        | invalid UTF-8               | client_tickets.v1/$/utf8        |
        | a key that stands twice     | client_tickets.v1/$/duplicate_key |
        | 1000 nested lists           | client_tickets.v1/$/depth       |

    Scenario: a record without a value is a tombstone, neither row nor refusal
      Given a valid client_tickets event
      And a record without a value
      When the pipeline has run
      Then the export holds the event
      And the record without a value has the outcome tombstone
