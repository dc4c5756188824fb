package main

// The loop of a driver in Go, and the normal form of values: the standard library alone.

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strconv"
)

// Args are arguments of an operation, in the normal form.
type Args map[string]any

// Result is what an operation returns, in the normal form.
type Result map[string]any

// Skip says what the SDK has not.
type Skip string

func (s Skip) Error() string { return string(s) }

// Failure is an error as the protocol of drivers has it.
type Failure struct {
	Kind    string `json:"kind"`
	Type    string `json:"type"`
	Message string `json:"message"`
	Code    *int64 `json:"code,omitempty"`
	Grpc    string `json:"grpc,omitempty"`
}

type request struct {
	ID      uint64             `json:"id"`
	Op      string             `json:"op"`
	Client  string             `json:"client"`
	Args    Args               `json:"args"`
	Options map[string]float64 `json:"options"`
}

// Operation does what it is called for the client of that name.
type Operation func(client string, args Args, timeout float64) (Result, error)

// Serve answers requests until there are no more; describe says what a user sees of an error.
func Serve(hello Result, operations map[string]Operation, describe func(error) Failure) {
	names := []string{}
	for name := range operations {
		names = append(names, name)
	}
	sort.Strings(names)
	hello["operations"], hello["language"] = names, runtime.Version()
	out := answers()
	lines := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return
		}
		var asked request
		if err := json.Unmarshal(line, &asked); err != nil {
			panic(err)
		}
		told := answer(asked, hello, operations, describe)
		told["id"] = asked.ID
		text, err := json.Marshal(told)
		if err != nil {
			panic(err)
		}
		// The protocol knows an answer by how its line begins; a map is written in the order of its names.
		fmt.Fprintf(out, "{\"mtck\":1,%s\n", text[1:])
	}
}

// answers is where to answer: what an SDK prints on the output is none of that.
func answers() *os.File {
	if number, err := strconv.Atoi(os.Getenv("MTCK_OUT")); err == nil {
		return os.NewFile(uintptr(number), "answers")
	}
	return os.Stdout
}

func answer(asked request, hello Result, operations map[string]Operation, describe func(error) Failure) (told map[string]any) {
	if asked.Op == "hello" {
		return map[string]any{"ok": true, "result": hello}
	}
	operation, there := operations[asked.Op]
	if !there {
		return map[string]any{"skip": fmt.Sprintf("%s has no %s", hello["sdk"], asked.Op)}
	}
	defer func() {
		if met := recover(); met != nil {
			failure := Failure{Kind: "panic", Type: fmt.Sprintf("%T", met), Message: fmt.Sprint(met)}
			told = map[string]any{"ok": false, "error": failure}
		}
	}()
	found, err := operation(asked.Client, asked.Args, asked.Options["timeout"])
	if skip, is := err.(Skip); is {
		return map[string]any{"skip": string(skip)}
	}
	if err != nil {
		return map[string]any{"ok": false, "error": describe(err)}
	}
	if found == nil {
		found = Result{}
	}
	return map[string]any{"ok": true, "result": found}
}

// Text returns an argument that is a text, empty where it was not named.
func (a Args) Text(name string) string {
	text, _ := a[name].(string)
	return text
}

// Has tells whether an argument was named.
func (a Args) Has(name string) bool { return a[name] != nil }

// Int returns an argument that is an integer.
func (a Args) Int(name string) int { return int(integer(a[name])) }

// Texts returns an argument that is a list of texts.
func (a Args) Texts(name string) []string {
	found := []string{}
	for _, each := range a.List(name) {
		found = append(found, each.(string))
	}
	return found
}

// List returns an argument that is a list.
func (a Args) List(name string) []any {
	list, _ := a[name].([]any)
	return list
}

func integer(value any) int64 {
	number, err := strconv.ParseInt(value.(map[string]any)["int"].(string), 10, 64)
	if err != nil {
		panic(err)
	}
	return number
}

func vector(value any) []float32 {
	found := []float32{}
	for _, each := range value.([]any) {
		found = append(found, float32(each.(float64)))
	}
	return found
}

// Wire writes a value of the SDK in the normal form.
func Wire(value any) any {
	switch found := value.(type) {
	case int, int8, int16, int32, int64:
		return map[string]string{"int": fmt.Sprint(found)}
	case float32:
		return float(float64(found))
	case float64:
		return float(found)
	case []byte:
		return map[string]string{"b64": base64.StdEncoding.EncodeToString(found)}
	}
	if many := reflect.ValueOf(value); many.Kind() == reflect.Slice {
		list := []any{}
		for at := 0; at < many.Len(); at++ {
			list = append(list, Wire(many.Index(at).Interface()))
		}
		return list
	}
	return value
}

func float(value float64) any {
	if math.Trunc(value) == value || math.IsInf(value, 0) || math.IsNaN(value) {
		// Go writes 1.0 as 1, and JSON has no words for the others.
		return map[string]string{"float": strconv.FormatFloat(value, 'g', -1, 64)}
	}
	return value
}
