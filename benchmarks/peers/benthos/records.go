package main

import (
	"context"
	"errors"
	"sync"

	"github.com/redpanda-data/benthos/v4/public/service"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
)

// The input `records`: a topic from what its group has committed to the end it had when the input connected.
// Offsets are committed once every message of a batch, and of all batches before it, was written or dropped on purpose.
func init() {
	spec := service.NewConfigSpec().
		Field(service.NewStringField("bootstrap")).
		Field(service.NewStringField("topic")).
		Field(service.NewStringField("group")).
		Field(service.NewIntField("batch"))
	if err := service.RegisterBatchInput("records", spec, newRecords); err != nil {
		panic(err)
	}
}

type records struct {
	bootstrap, topic, group string
	batch                   int
	client                  *kgo.Client
	left                    int64
	ends                    map[int32]int64
	mutex                   sync.Mutex
	open                    []*pending
}

// pending is a batch that was handed on; offsets are those to read next.
type pending struct {
	next map[int32]kgo.EpochOffset
	done bool
}

func newRecords(conf *service.ParsedConfig, _ *service.Resources) (service.BatchInput, error) {
	made := &records{}
	var errs [4]error
	made.bootstrap, errs[0] = conf.FieldString("bootstrap")
	made.topic, errs[1] = conf.FieldString("topic")
	made.group, errs[2] = conf.FieldString("group")
	made.batch, errs[3] = conf.FieldInt("batch")
	return service.AutoRetryNacksBatched(made), errors.Join(errs[:]...)
}

func (r *records) Connect(ctx context.Context) error {
	client, err := kgo.NewClient(
		kgo.SeedBrokers(r.bootstrap),
		kgo.ConsumerGroup(r.group),
		kgo.ConsumeTopics(r.topic),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.DisableAutoCommit(),
		kgo.FetchMinBytes(100_000),
		kgo.FetchMaxBytes(50<<20),
		kgo.FetchMaxPartitionBytes(10<<20),
	)
	if err != nil {
		return err
	}
	admin := kadm.NewClient(client)
	starts, err := admin.ListStartOffsets(ctx, r.topic)
	if err != nil {
		return err
	}
	ends, err := admin.ListEndOffsets(ctx, r.topic)
	if err != nil {
		return err
	}
	r.client, r.ends = client, map[int32]int64{}
	for partition, end := range ends[r.topic] {
		r.ends[partition] = end.Offset
		r.left += end.Offset - starts[r.topic][partition].Offset
	}
	return nil
}

func (r *records) ReadBatch(ctx context.Context) (service.MessageBatch, service.AckFunc, error) {
	var batch service.MessageBatch
	next := map[int32]kgo.EpochOffset{}
	for r.left > 0 && len(batch) < r.batch {
		fetched := r.client.PollRecords(ctx, r.batch-len(batch))
		if err := fetched.Err(); err != nil {
			return nil, nil, err
		}
		fetched.EachRecord(func(record *kgo.Record) {
			if record.Offset >= r.ends[record.Partition] {
				return
			}
			r.left--
			batch = append(batch, message(record))
			next[record.Partition] = kgo.EpochOffset{Epoch: record.LeaderEpoch, Offset: record.Offset + 1}
		})
	}
	if len(batch) == 0 {
		return nil, nil, service.ErrEndOfInput
	}
	mine := &pending{next: next}
	r.mutex.Lock()
	r.open = append(r.open, mine)
	r.mutex.Unlock()
	return batch, func(ctx context.Context, err error) error { return r.acknowledged(ctx, mine, err) }, nil
}

func message(record *kgo.Record) *service.Message {
	made := service.NewMessage(record.Value)
	for _, header := range record.Headers {
		made.MetaSetMut(header.Key, string(header.Value))
	}
	made.MetaSetMut("key", string(record.Key))
	made.MetaSetMut("partition", record.Partition)
	made.MetaSetMut("offset", record.Offset)
	return made
}

func (r *records) acknowledged(ctx context.Context, mine *pending, err error) error {
	if err != nil {
		return err
	}
	r.mutex.Lock()
	defer r.mutex.Unlock()
	mine.done = true
	next := map[int32]kgo.EpochOffset{}
	for len(r.open) > 0 && r.open[0].done {
		for partition, offset := range r.open[0].next {
			next[partition] = offset
		}
		r.open = r.open[1:]
	}
	if len(next) == 0 {
		return nil
	}
	var failed error
	r.client.CommitOffsetsSync(ctx, map[string]map[int32]kgo.EpochOffset{r.topic: next},
		func(_ *kgo.Client, _ *kmsg.OffsetCommitRequest, _ *kmsg.OffsetCommitResponse, err error) {
			failed = err
		})
	return failed
}

func (r *records) Close(context.Context) error {
	if r.client != nil {
		r.client.Close()
	}
	return nil
}
