package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/parquet-go/parquet-go"
	"github.com/redpanda-data/benthos/v4/public/service"
)

// The outputs `accepted` and `rejected`: a Parquet file a batch, zstd. Both keep the place of a record.
func init() {
	spec := service.NewConfigSpec().Field(service.NewStringField("folder"))
	register := func(name string, write func(path string, batch service.MessageBatch) error) {
		made := func(conf *service.ParsedConfig, _ *service.Resources) (service.BatchOutput, service.BatchPolicy, int, error) {
			folder, err := conf.FieldString("folder")
			return &files{folder: folder, write: write}, service.BatchPolicy{}, 2, err
		}
		if err := service.RegisterBatchOutput(name, spec, made); err != nil {
			panic(err)
		}
	}
	register("accepted", func(path string, batch service.MessageBatch) error { return writeAll(path, batch, event) })
	register("rejected", func(path string, batch service.MessageBatch) error { return writeAll(path, batch, refusal) })
}

type files struct {
	folder string
	count  atomic.Int64
	write  func(path string, batch service.MessageBatch) error
}

func (f *files) Connect(context.Context) error { return os.MkdirAll(f.folder, 0o755) }

func (f *files) WriteBatch(_ context.Context, batch service.MessageBatch) error {
	return f.write(filepath.Join(f.folder, fmt.Sprintf("%06d.parquet", f.count.Add(1))), batch)
}

func (f *files) Close(context.Context) error { return nil }

func writeAll[T any](path string, batch service.MessageBatch, row func(*service.Message) (T, error)) error {
	rows := make([]T, len(batch))
	for i, message := range batch {
		var err error
		if rows[i], err = row(message); err != nil {
			return err
		}
	}
	return parquet.WriteFile(path, rows, parquet.Compression(&parquet.Zstd))
}

type place struct {
	Partition int32 `parquet:"partition"`
	Offset    int64 `parquet:"offset"`
}

type refused struct {
	place
	Reason string `parquet:"reason"`
	Value  []byte `parquet:"value"`
}

type attachment struct {
	Name      string `parquet:"name"`
	MediaType string `parquet:"media_type"`
	SizeBytes int64  `parquet:"size_bytes"`
}

type accepted struct {
	place
	EventID      string       `parquet:"event_id"`
	EventType    string       `parquet:"event_type"`
	TicketID     string       `parquet:"ticket_id"`
	ClientID     string       `parquet:"client_id"`
	OccurredAt   string       `parquet:"occurred_at"`
	Request      string       `parquet:"request"`
	RequestType  string       `parquet:"request_type"`
	Priority     string       `parquet:"priority"`
	Channel      string       `parquet:"channel"`
	ClientEmail  *string      `parquet:"client_email,optional"`
	Language     *string      `parquet:"language,optional"`
	Satisfaction *int32       `parquet:"satisfaction,optional"`
	Amount       *float64     `parquet:"amount,optional"`
	DueOn        *string      `parquet:"due_on,optional"`
	Tags         []string     `parquet:"tags,list,optional"`
	Attachments  []attachment `parquet:"attachments,list,optional"`
}

func where(message *service.Message) place {
	partition, _ := message.MetaGetMut("partition")
	offset, _ := message.MetaGetMut("offset")
	return place{Partition: partition.(int32), Offset: offset.(int64)}
}

func refusal(message *service.Message) (refused, error) {
	value, err := message.AsBytes()
	return refused{where(message), message.GetError().Error(), value}, err
}

func event(message *service.Message) (accepted, error) {
	structured, err := message.AsStructured()
	if err != nil {
		return accepted{}, err
	}
	fields, ok := structured.(map[string]any)
	if !ok {
		return accepted{}, errors.New("not an object")
	}
	made := accepted{
		place:       where(message),
		EventID:     text(fields["event_id"]),
		EventType:   text(fields["event_type"]),
		TicketID:    text(fields["ticket_id"]),
		ClientID:    text(fields["client_id"]),
		OccurredAt:  text(fields["occurred_at"]),
		Request:     text(fields["request"]),
		RequestType: text(fields["request_type"]),
		Priority:    text(fields["priority"]),
		Channel:     text(fields["channel"]),
		ClientEmail: optional(fields["client_email"]),
		Language:    optional(fields["language"]),
		DueOn:       optional(fields["due_on"]),
	}
	if amount, held := number(fields["amount"]); held {
		made.Amount = &amount
	}
	if mark, held := number(fields["satisfaction"]); held {
		whole := int32(mark)
		made.Satisfaction = &whole
	}
	if tags, held := fields["tags"].([]any); held {
		made.Tags = make([]string, 0, len(tags)) // an empty list is no null
		for _, tag := range tags {
			made.Tags = append(made.Tags, text(tag))
		}
	}
	sent, held := fields["attachments"].([]any)
	if held {
		made.Attachments = make([]attachment, 0, len(sent))
	}
	for _, one := range sent {
		file, _ := one.(map[string]any)
		size, _ := number(file["size_bytes"])
		made.Attachments = append(made.Attachments, attachment{text(file["name"]), text(file["media_type"]), int64(size)})
	}
	return made, nil
}

func text(value any) string {
	found, _ := value.(string)
	return found
}

func optional(value any) *string {
	if found, ok := value.(string); ok {
		return &found
	}
	return nil
}

func number(value any) (float64, bool) {
	switch found := value.(type) {
	case json.Number:
		read, err := found.Float64()
		return read, err == nil
	case float64:
		return found, true
	case int64:
		return float64(found), true
	}
	return 0, false
}
