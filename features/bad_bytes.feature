Feature: Whatever bytes reach the topic, each record has its one outcome and nothing breaks
  Any client can write to a topic, and what it writes need not be JSON, text, or meant well. Each record below has the
  outcome that is declared here, the ones around it go on, and what is accepted arrives as it was sent.

  Background:
    Given every record of these tables was sent to client_tickets, processed and exported

  Rule: each record has one outcome, and a refused one names one clause

    Scenario Outline: a record that is refused
      Then the record with <record> is rejected for <clause>

      Examples: not JSON, or not an object
        | record                              | clause                   |
        | half a JSON object                  | client_tickets.v2/$/json |
        | two JSON objects                    | client_tickets.v2/$/json |
        | a comma too many                    | client_tickets.v2/$/json |
        | nothing at all                      | client_tickets.v2/$/json |
        | spaces alone                        | client_tickets.v2/$/json |
        | NaN as amount                       | client_tickets.v2/$/json |
        | Infinity as amount                  | client_tickets.v2/$/json |
        | -Infinity as amount                 | client_tickets.v2/$/json |
        | a line break in a text, unescaped   | client_tickets.v2/$/json |
        | a NUL in a text, unescaped          | client_tickets.v2/$/json |
        | UTF-16 without a mark               | client_tickets.v2/$/json |
        | 10 MB of one letter                 | client_tickets.v2/$/json |
        | 10 MB of spaces                     | client_tickets.v2/$/json |
        | the word null                       | client_tickets.v2/$/type |
        | a list of events                    | client_tickets.v2/$/type |

      Examples: not UTF-8
        | record                              | clause                   |
        | bytes that no UTF-8 has             | client_tickets.v2/$/utf8 |
        | an overlong encoding                | client_tickets.v2/$/utf8 |
        | Latin-1                             | client_tickets.v2/$/utf8 |
        | UTF-16                              | client_tickets.v2/$/utf8 |
        | gzip                                | client_tickets.v2/$/utf8 |
        | a byte order mark                   | client_tickets.v2/$/utf8 |
        | a lone surrogate                    | client_tickets.v2/$/utf8 |
        | surrogates in the wrong order       | client_tickets.v2/$/utf8 |
        | a lone surrogate in a field's name  | client_tickets.v2/$/utf8 |

      Examples: too deep, ambiguous, or out of every range
        | record                              | clause                            |
        | 1,000 nested lists                  | client_tickets.v2/$/depth         |
        | 1,000 nested objects in a field     | client_tickets.v2/$/depth         |
        | 65 levels                           | client_tickets.v2/$/depth         |
        | a field that stands twice           | client_tickets.v2/$/duplicate_key |
        | a field that stands twice, inside   | client_tickets.v2/$/duplicate_key |
        | 1e999999999 as amount               | client_tickets.v2/$/number        |
        | 1e-999999999 as amount              | client_tickets.v2/$/number        |
        | 1,000 digits as amount              | client_tickets.v2/$/number        |
        | 1,000 digits as a fraction          | client_tickets.v2/$/number        |
        | a number of 10 MB                   | client_tickets.v2/$/number        |

      Examples: JSON that breaks one clause of a field
        | record                              | clause                                |
        | a request of 10 MB                  | client_tickets.v2/request/maxLength   |
        | -0 as satisfaction                  | client_tickets.v2/satisfaction/minimum |
        | 390 digits as amount                | client_tickets.v2/amount/type         |
        | a priority that clears the terminal | client_tickets.v2/priority/enum       |
        | a priority that is a formula        | client_tickets.v2/priority/enum       |

      Examples: the record around a valid event is wrong
        | record                              | clause                                      |
        | no header contract                  | client_tickets.v2/@header.contract/required |
        | no header contract_version          | client_tickets.v2/@version/required         |
        | no header event_id                  | client_tickets.v2/@header.event_id/required |
        | the version 3.0.0                   | client_tickets.v2/@version/known            |
        | a version that is a formula         | client_tickets.v2/@version/known            |
        | a version of bytes that are no text | client_tickets.v2/@version/known            |
        | another ticket's key                | client_tickets.v2/@key/equals               |
        | no key                              | client_tickets.v2/@key/equals               |
        | a key of bytes that are no text     | client_tickets.v2/@key/equals               |
        | an id that clears the terminal      | client_tickets.v2/@header.event_id/equals   |

    Scenario: a record without a value is a tombstone
      Then the record with no value is a tombstone

    Scenario Outline: a record that other programs may stumble over
      Then the record with <record> is accepted

      Examples: formulas of spreadsheets
        | record                              |
        | the product =1+1                    |
        | the product +1+1                    |
        | the product -1+1                    |
        | the product @SUM(1,1)               |
        | a formula after a tab               |
        | a formula after a line break        |
        | a formula in full-width letters     |
        | a formula after an apostrophe       |
        | a formula that starts a program     |

      Examples: separators, quotes, lines, and words that mean nothing elsewhere
        | record                              |
        | every kind of line break            |
        | quotes of every kind                |
        | every separator                     |
        | backslashes                         |
        | spaces at both ends                 |
        | the product NULL                    |
        | the product \N                      |
        | JSON in a text                      |

      Examples: every script, and what is none
        | record                              |
        | a text from right to left           |
        | a text that turns the direction     |
        | letters beyond the basic plane      |
        | a NUL in a text, escaped            |
        | control characters, escaped         |
        | characters that are none            |
        | a byte order mark in a text         |

      Examples: at the edge
        | record                              |
        | 64 levels                           |
        | -0 as amount                        |
        | 1.00 with 390 zeros as amount       |
        | an unknown field of 10 MB           |
        | a producer that clears the terminal |

  Rule: every reader reads every file, and finds the accepted texts as they were sent

    Scenario Outline: a file and a reader
      Then <reader> reads the tables as <format> whole

      Examples:
        | format  | reader               |
        | json    | the standard library |
        | json    | duckdb               |
        | json    | polars               |
        | json    | pyarrow              |
        | csv     | the standard library |
        | csv     | duckdb               |
        | csv     | polars               |
        | csv     | pyarrow              |
        | parquet | duckdb               |
        | parquet | polars               |
        | parquet | pyarrow              |
        | duckdb  | duckdb               |

    Scenario: a spreadsheet runs nothing
      Then no cell of a CSV file begins as a formula

    Scenario: minus zero is zero
      Then the amount of the record with -0 as amount is 0.00 in every format

  Rule: who looks at what was refused is safe

    Scenario: a terminal is not told anything but text
      Then what the quarantine prints in a terminal of 80 columns holds no control character

    Scenario: nothing is lost among it
      Then the audit finds every offset exactly once

  Rule: a producer that asks first is told at the door

    Scenario: an event larger than the contract allows is not sent
      When the request of 10 MB is sent with the producer
      Then it is refused for client_tickets.v2/$/max_bytes, which wants at most 1000000 bytes
