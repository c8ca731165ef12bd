// The work in Benthos' own words: `benthos BOOTSTRAP TOPIC GROUP FOLDER BATCH`.
//
// Benthos is the MIT core that Bento and Redpanda Connect are built from; `job.yaml` uses its own processors. Its Kafka
// input and its Parquet encoder are not in the core: both are plugins here, by its public plugin interface, made of the
// libraries that the whole products use for them (franz-go, parquet-go).
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	_ "github.com/redpanda-data/benthos/v4/public/components/pure"
	"github.com/redpanda-data/benthos/v4/public/service"

	_ "embed"
)

//go:embed job.yaml
var job string

func main() {
	if len(os.Args) != 6 {
		fmt.Fprintln(os.Stderr, "benthos BOOTSTRAP TOPIC GROUP FOLDER BATCH")
		os.Exit(2)
	}
	words := strings.NewReplacer(
		"{bootstrap}", os.Args[1], "{topic}", os.Args[2], "{group}", os.Args[3], "{folder}", os.Args[4], "{batch}", os.Args[5])
	if err := run(words.Replace(job)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(configuration string) error {
	builder := service.NewStreamBuilder()
	if err := builder.SetYAML(configuration); err != nil {
		return err
	}
	stream, err := builder.Build()
	if err != nil {
		return err
	}
	return stream.Run(context.Background())
}
