package main

import (
	"math"
	"sort"
	"sync"
	"time"
)

// latencies collects how long calls took.
type latencies struct {
	mu sync.Mutex
	ms []float64
}

func (l *latencies) add(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ms = append(l.ms, float64(d.Microseconds())/1000)
}

// summary has the count, the middle, the slowest hundredth and the slowest of all, in milliseconds.
func (l *latencies) summary() map[string]any {
	l.mu.Lock()
	defer l.mu.Unlock()
	sort.Float64s(l.ms)
	q := func(p float64) float64 {
		if len(l.ms) == 0 {
			return 0
		}
		return math.Round(l.ms[int(p*float64(len(l.ms)-1))]*100) / 100
	}
	return map[string]any{"count": len(l.ms), "p50_ms": q(.5), "p99_ms": q(.99), "max_ms": q(1)}
}
