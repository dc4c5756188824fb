package main

// What reads: get, query, search and the iterator.

import (
	"errors"
	"io"

	"github.com/milvus-io/milvus/client/v2/column"
	"github.com/milvus-io/milvus/client/v2/common"
	"github.com/milvus-io/milvus/client/v2/entity"
	sdk "github.com/milvus-io/milvus/client/v2/milvusclient"
)

func values(found column.Column) ([]any, error) {
	list := []any{}
	for row := 0; found != nil && row < found.Len(); row++ {
		value, err := found.Get(row)
		if err != nil {
			return nil, err
		}
		list = append(list, Wire(value))
	}
	return list, nil
}

// rows reads what was found row by row: as many as the SDK says there are, and it says where a value is missing.
func rows(found sdk.ResultSet) ([]any, error) {
	list := []any{}
	for row := 0; row < found.Fields.Len(); row++ {
		values, err := fields(found, row)
		if err != nil {
			return nil, err
		}
		list = append(list, values)
	}
	return list, nil
}

func fields(found sdk.ResultSet, row int) (map[string]any, error) {
	values := map[string]any{}
	for _, each := range found.Fields {
		value, err := each.Get(row)
		if err != nil {
			return nil, err
		}
		values[each.Name()] = Wire(value)
	}
	return values, nil
}

func query(c call) (Result, error) {
	option := sdk.NewQueryOption(c.name).WithFilter(c.Text("filter"))
	if c.Has("ids") {
		option = option.WithIDs(keys(c.List("ids")))
	}
	if c.Has("output_fields") {
		option = option.WithOutputFields(c.Texts("output_fields")...)
	}
	if c.Has("limit") {
		option = option.WithLimit(c.Int("limit"))
	}
	if c.Has("offset") {
		option = option.WithOffset(c.Int("offset"))
	}
	if c.Has("partitions") {
		option = option.WithPartitions(c.Texts("partitions")...)
	}
	if c.Has("consistency") {
		option = option.WithConsistencyLevel(levels[c.Text("consistency")])
	}
	ask := c.Query
	if c.Has("ids") {
		ask = c.Get
	}
	found, err := ask(c.Context, option)
	if err == nil {
		err = found.Err
	}
	if err != nil {
		return nil, err
	}
	list, err := rows(found)
	return Result{"rows": list}, err
}

func search(c call) (Result, error) {
	vectors := []entity.Vector{}
	for _, each := range c.List("vectors") {
		vectors = append(vectors, entity.FloatVector(vector(each)))
	}
	option := sdk.NewSearchOption(c.name, c.Int("limit"), vectors)
	if c.Has("filter") {
		option = option.WithFilter(c.Text("filter"))
	}
	if c.Has("output_fields") {
		option = option.WithOutputFields(c.Texts("output_fields")...)
	}
	if c.Has("offset") {
		option = option.WithOffset(c.Int("offset"))
	}
	if c.Has("partitions") {
		option = option.WithPartitions(c.Texts("partitions")...)
	}
	if c.Has("consistency") {
		option = option.WithConsistencyLevel(levels[c.Text("consistency")])
	}
	sets, err := c.Search(c.Context, option)
	if err != nil {
		return nil, err
	}
	hits := []any{}
	for _, set := range sets {
		if set.Err != nil {
			return nil, set.Err
		}
		list := []any{}
		for row := 0; row < set.ResultCount; row++ {
			id, err := set.IDs.Get(row)
			if err != nil {
				return nil, err
			}
			values, err := fields(set, row)
			if err != nil {
				return nil, err
			}
			list = append(list, map[string]any{"id": Wire(id), "score": Wire(set.Scores[row]), "fields": values})
		}
		hits = append(hits, list)
	}
	return Result{"hits": hits}, nil
}

func queryIterator(c call) (Result, error) {
	option := sdk.NewQueryIteratorOption(c.name).WithBatchSize(c.Int("batch"))
	if c.Has("filter") {
		option = option.WithFilter(c.Text("filter"))
	}
	if c.Has("output_fields") {
		option = option.WithOutputFields(c.Texts("output_fields")...)
	}
	if c.Has("limit") {
		option = option.WithIteratorLimit(int64(c.Int("limit")))
	}
	pages, err := c.QueryIterator(c.Context, option)
	if err != nil {
		return nil, err
	}
	list := []any{}
	for {
		page, err := pages.Next(c.Context)
		if errors.Is(err, io.EOF) {
			return Result{"rows": list}, nil
		}
		if err != nil {
			return nil, err
		}
		more, err := rows(page)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
}

func main() {
	operations := map[string]Operation{
		"connect":             connect,
		"close":               plain(func(c call) error { return c.Close(c.Context) }),
		"create_collection":   plain(createCollection),
		"drop_collection":     plain(func(c call) error { return c.DropCollection(c.Context, sdk.NewDropCollectionOption(c.name)) }),
		"describe_collection": do(describeCollection),
		"create_index":        plain(createIndex),
		"load":                plain(load),
		"flush":               plain(flush),
		"insert":              do(insert),
		"upsert":              do(upsert),
		"delete":              plain(remove),
		"get":                 do(query),
		"query":               do(query),
		"search":              do(search),
		"query_iterator":      do(queryIterator),
		"release": plain(func(c call) error {
			return c.ReleaseCollection(c.Context, sdk.NewReleaseCollectionOption(c.name))
		}),
		"has_collection": do(func(c call) (Result, error) {
			found, err := c.HasCollection(c.Context, sdk.NewHasCollectionOption(c.name))
			return Result{"value": found}, err
		}),
		"list_collections": do(func(c call) (Result, error) {
			found, err := c.ListCollections(c.Context, sdk.NewListCollectionOption())
			return Result{"names": append([]string{}, found...)}, err
		}),
		"create_partition": plain(func(c call) error {
			return c.CreatePartition(c.Context, sdk.NewCreatePartitionOption(c.name, c.Text("partition")))
		}),
		"drop_partition": plain(func(c call) error {
			return c.DropPartition(c.Context, sdk.NewDropPartitionOption(c.name, c.Text("partition")))
		}),
		"has_partition": do(func(c call) (Result, error) {
			found, err := c.HasPartition(c.Context, sdk.NewHasPartitionOption(c.name, c.Text("partition")))
			return Result{"value": found}, err
		}),
		"list_partitions": do(func(c call) (Result, error) {
			found, err := c.ListPartitions(c.Context, sdk.NewListPartitionOption(c.name))
			return Result{"names": append([]string{}, found...)}, err
		}),
	}
	hello := Result{"sdk": "milvus-client-go", "version": common.SDKVersion, "features": []string{"call-timeout"}}
	Serve(hello, operations, describe)
}
