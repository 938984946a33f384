// The lines that the test reads.
package main

import (
	"fmt"
	"strings"
)

func attempt(name string, operation func() error) {
	if err := operation(); err != nil {
		fmt.Printf("not ok %s: %s\n", name, strings.ReplaceAll(err.Error(), "\n", " "))
	} else {
		fmt.Printf("ok %s\n", name)
	}
}

func check(condition bool, what interface{}) error {
	if condition {
		return nil
	}
	return fmt.Errorf("%+v", what)
}
