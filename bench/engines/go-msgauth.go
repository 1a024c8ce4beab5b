// go-msgauth (Debian: golang-github-emersion-go-msgauth-dev) by its library: go-msgauth FOLDER SET COUNT SECONDS
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"syscall"

	"github.com/emersion/go-msgauth/dkim"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func read(path string, value interface{}) {
	data, err := os.ReadFile(path)
	check(err)
	check(json.Unmarshal(data, value))
}

func spent() float64 {
	var usage syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	seconds := usage.Utime.Sec + usage.Stime.Sec
	return float64(seconds) + float64(usage.Utime.Usec+usage.Stime.Usec)/1e6
}

func main() {
	folder, name := os.Args[1], os.Args[2]
	count, err := strconv.Atoi(os.Args[3])
	check(err)
	seconds, err := strconv.ParseFloat(os.Args[4], 64)
	check(err)
	records := map[string]string{}
	read(folder+"/keys.json", &records)
	lengths := []int{}
	read(folder+"/"+name+".json", &lengths)
	data, err := os.ReadFile(folder + "/" + name + ".bin")
	check(err)
	options := &dkim.VerifyOptions{LookupTXT: func(name string) ([]string, error) {
		return []string{records[name]}, nil
	}}
	done, good, before := 0, 0, 0.0
	for phase := 0; phase < 2; phase++ {
		done, good, before = 0, 0, spent()
		least := seconds
		if phase == 0 {
			least = seconds / 3
		}
		for spent()-before < least {
			start := 0
			for number := 0; number < count && number < len(lengths); number++ {
				message := data[start : start+lengths[number]]
				start += lengths[number]
				results, err := dkim.VerifyWithOptions(bytes.NewReader(message), options)
				if err == nil && len(results) == 1 && results[0].Err == nil {
					good++
				}
				done++
			}
		}
	}
	fmt.Printf("{\"messages\":%d,\"good\":%d,\"cpu\":%.0f}\n", done, good, (spent()-before)*1e6)
}
