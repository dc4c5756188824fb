// The Go SDK: client/v2 of milvus-io/milvus, by milvusclient.
package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/milvus-io/milvus/client/v2/column"
	"github.com/milvus-io/milvus/client/v2/entity"
	"github.com/milvus-io/milvus/client/v2/index"
	sdk "github.com/milvus-io/milvus/client/v2/milvusclient"
	"github.com/milvus-io/milvus/pkg/v2/util/merr"
	"google.golang.org/grpc/status"
)

var levels = map[string]entity.ConsistencyLevel{
	"Strong": entity.ClStrong, "Session": entity.ClSession, "Bounded": entity.ClBounded, "Eventually": entity.ClEventually,
}

var clients = map[string]*sdk.Client{}

// describe says what a user sees: an error of gRPC, or one of merr, which has a number.
func describe(err error) Failure {
	found := Failure{Kind: "client", Type: fmt.Sprintf("%T", err), Message: err.Error()}
	if _, is := err.(mistake); is {
		found.Kind = "driver"
	} else if errors.Is(err, context.DeadlineExceeded) {
		found.Kind = "timeout"
	} else if told, is := status.FromError(err); is {
		found.Kind, found.Grpc = "grpc", grpcName(told.Code().String())
		if found.Grpc == "DEADLINE_EXCEEDED" {
			found.Kind = "timeout"
		}
	} else if strings.Contains(fmt.Sprintf("%T", errors.Unwrap(err))+found.Type, "merr.") {
		code := int64(merr.Code(err))
		found.Kind, found.Code = "server", &code
	}
	return found
}

// grpcName writes InvalidArgument as INVALID_ARGUMENT.
func grpcName(name string) string {
	var text strings.Builder
	for at, letter := range name {
		if at > 0 && letter >= 'A' && letter <= 'Z' && name != "OK" {
			text.WriteByte('_')
		}
		text.WriteRune(letter)
	}
	return strings.ToUpper(text.String())
}

type call struct {
	*sdk.Client
	context.Context
	Args
	name string
}

// do gives an operation the client and, where a timeout is named, a context that ends with it.
func do(operation func(call) (Result, error)) Operation {
	return func(client string, args Args, timeout float64) (Result, error) {
		ctx := context.Background()
		if timeout > 0 {
			limited, cancel := context.WithTimeout(ctx, time.Duration(timeout*float64(time.Second)))
			defer cancel()
			ctx = limited
		}
		made := clients[client]
		if made == nil && !args.Has("uri") {
			return nil, mistake("there is no client of that name")
		}
		return operation(call{made, ctx, args, args.Text("collection")})
	}
}

// mistake is one of this driver: it says nothing of the SDK.
type mistake string

func (m mistake) Error() string { return string(m) }

func plain(operation func(call) error) Operation {
	return do(func(c call) (Result, error) { return nil, operation(c) })
}

func connect(client string, args Args, timeout float64) (Result, error) {
	return do(func(c call) (Result, error) {
		config := sdk.ClientConfig{Address: c.Text("uri"), APIKey: c.Text("token"), DBName: c.Text("database")}
		made, err := sdk.New(c.Context, &config)
		if err == nil {
			clients[client] = made
		}
		return nil, err
	})(client, args, timeout)
}

func createCollection(c call) error {
	automatic, _ := c.Args["auto_id"].(bool)
	key := entity.NewField().WithName("id").WithIsPrimaryKey(true).WithIsAutoID(automatic)
	if c.Text("key") == "varchar" {
		key = key.WithDataType(entity.FieldTypeVarChar).WithMaxLength(200)
	} else {
		key = key.WithDataType(entity.FieldTypeInt64)
	}
	schema := entity.NewSchema().WithName(c.name).WithField(key).
		WithField(entity.NewField().WithName("title").WithDataType(entity.FieldTypeVarChar).WithMaxLength(200)).
		WithField(entity.NewField().WithName("vector").WithDataType(entity.FieldTypeFloatVector).WithDim(int64(c.Int("dim"))))
	return c.CreateCollection(c.Context, sdk.NewCreateCollectionOption(c.name, schema))
}

func describeCollection(c call) (Result, error) {
	found, err := c.DescribeCollection(c.Context, sdk.NewDescribeCollectionOption(c.name))
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, field := range found.Schema.Fields {
		names = append(names, field.Name)
	}
	return Result{"fields": names}, nil
}

func createIndex(c call) error {
	kind := index.NewGenericIndex("", map[string]string{"index_type": c.Text("type"), "metric_type": c.Text("metric")})
	task, err := c.CreateIndex(c.Context, sdk.NewCreateIndexOption(c.name, c.Text("field"), kind))
	if err != nil {
		return err
	}
	return task.Await(c.Context)
}

func load(c call) error {
	task, err := c.LoadCollection(c.Context, sdk.NewLoadCollectionOption(c.name))
	if err != nil {
		return err
	}
	return task.Await(c.Context)
}

func flush(c call) error {
	task, err := c.Flush(c.Context, sdk.NewFlushOption(c.name))
	if err != nil {
		return err
	}
	return task.Await(c.Context)
}

// keys makes a column of them, as get takes it and rows have it.
func keys(values []any) column.Column {
	texts, numbers := []string{}, []int64{}
	for _, each := range values {
		if text, is := each.(string); is {
			texts = append(texts, text)
		} else {
			numbers = append(numbers, integer(each))
		}
	}
	if len(texts) > 0 {
		return column.NewColumnVarChar("id", texts)
	}
	return column.NewColumnInt64("id", numbers)
}

// columns writes rows by columns, which is how the documentation of the SDK inserts.
func columns(rows []any) []column.Column {
	ids, titles, vectors := []any{}, []string{}, [][]float32{}
	for _, each := range rows {
		row := each.(map[string]any)
		if id := row["id"]; id != nil {
			ids = append(ids, id)
		}
		titles, vectors = append(titles, row["title"].(string)), append(vectors, vector(row["vector"]))
	}
	found := []column.Column{column.NewColumnVarChar("title", titles), column.NewColumnFloatVector("vector", len(vectors[0]), vectors)}
	if len(ids) > 0 {
		found = append(found, keys(ids))
	}
	return found
}

func insert(c call) (Result, error) {
	option := sdk.NewColumnBasedInsertOption(c.name, columns(c.List("rows"))...)
	if c.Has("partition") {
		option = option.WithPartition(c.Text("partition"))
	}
	found, err := c.Insert(c.Context, option)
	if err != nil {
		return nil, err
	}
	ids, err := values(found.IDs)
	return Result{"count": Wire(found.InsertCount), "ids": ids}, err
}

func upsert(c call) (Result, error) {
	option := sdk.NewColumnBasedInsertOption(c.name, columns(c.List("rows"))...)
	if c.Has("partition") {
		option = option.WithPartition(c.Text("partition"))
	}
	found, err := c.Upsert(c.Context, option)
	if err != nil {
		return nil, err
	}
	ids, err := values(found.IDs)
	return Result{"count": Wire(found.UpsertCount), "ids": ids}, err
}

func remove(c call) error {
	option := sdk.NewDeleteOption(c.name)
	if c.Has("filter") {
		option = option.WithExpr(c.Text("filter"))
	}
	if c.Has("ids") {
		if list := c.List("ids"); keys(list).Type() == entity.FieldTypeVarChar {
			option = option.WithStringIDs("id", c.Texts("ids"))
		} else {
			numbers := []int64{}
			for _, each := range list {
				numbers = append(numbers, integer(each))
			}
			option = option.WithInt64IDs("id", numbers)
		}
	}
	if c.Has("partition") {
		option = option.WithPartition(c.Text("partition"))
	}
	_, err := c.Delete(c.Context, option)
	return err
}
