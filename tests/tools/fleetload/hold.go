package main

import (
	"context"
	"math"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// How many nodes come at a time at first.
	door = 64
	// A poll takes no longer: a connection that died unnoticed is found out by it.
	pollPatience = 60 * time.Second
	// Any other call.
	callPatience = 30 * time.Second
	// The pause of a SuperNode after a poll that was answered at once with nothing.
	pollPause = 3 * time.Second
	heldFor   = time.Second
	// Who is not back then will not be.
	backPatience = 3 * time.Minute
)

type options struct {
	beatS  float64
	holdMs int
	secs   float64
	// How often all are to be back again before the seconds count.
	losses int
}

// fleet is SuperNodes that have no work: each keeps one PullMessages held and sends its heartbeats. One that loses
// its connection comes again, is activated anew and goes on.
//
// It prints an object when all are in ("joined"), when the first of them is lost ("lost"), when all are back ("back",
// with the seconds since the first was lost) and at the end ("end").
type fleet struct {
	options
	nodes []*node
	tell  func(map[string]any)

	// Heartbeats while everybody was in, and those while somebody was not.
	calm, rough latencies
	held        atomic.Int64
	polls       atomic.Int64
	messages    atomic.Int64
	errors      atomic.Int64

	mu         sync.Mutex
	in         int
	joined     bool
	lostAt     time.Time
	lost       int
	firstError string

	back chan struct{}
}

func newFleet(nodes []*node, o options, tell func(map[string]any)) *fleet {
	return &fleet{options: o, nodes: nodes, tell: tell, back: make(chan struct{}, 64)}
}

func (f *fleet) run() {
	ctx, cancel := context.WithCancel(context.Background())
	t0 := time.Now()
	sem := make(chan struct{}, door)
	var joining, living sync.WaitGroup
	for _, n := range f.nodes {
		joining.Add(1)
		living.Add(1)
		sem <- struct{}{}
		go func() {
			defer living.Done()
			f.come(ctx, n, n.register)
			f.come(ctx, n, func(ctx context.Context) error { return n.activate(ctx, promisedS) })
			f.isIn()
			joining.Done()
			<-sem
			f.live(ctx, n)
		}()
	}
	joining.Wait()
	f.tell(map[string]any{"event": "joined", "nodes": len(f.nodes), "join_s": seconds(t0), "errors": f.errors.Load()})
	f.mu.Lock()
	f.joined = true
	f.mu.Unlock()
	f.await(f.losses)
	time.Sleep(time.Duration(f.secs * float64(time.Second)))
	f.tell(f.summary())
	cancel()
	living.Wait()
}

// await returns when all were lost and are back so often, or when patience is over.
func (f *fleet) await(losses int) {
	over := time.After(backPatience)
	for range losses {
		select {
		case <-f.back:
		case <-over:
			return
		}
	}
}

func (f *fleet) summary() map[string]any {
	f.mu.Lock()
	defer f.mu.Unlock()
	return map[string]any{
		"event": "end", "nodes": len(f.nodes), "connected": f.in, "held": f.held.Load(), "polls": f.polls.Load(),
		"messages": f.messages.Load(), "errors": f.errors.Load(), "first_error": f.firstError,
		"heartbeat": f.calm.summary(), "heartbeat_rough": f.rough.summary(),
	}
}

// come makes a call until it is answered well.
func (f *fleet) come(ctx context.Context, n *node, call func(context.Context) error) {
	for pause := time.Second; ctx.Err() == nil; pause = min(2*pause, 20*time.Second) {
		limited, cancel := context.WithTimeout(ctx, callPatience)
		err := call(limited)
		cancel()
		if err == nil {
			return
		}
		f.failed(ctx, err)
		rest(ctx, time.Duration(rand.Float64()*float64(pause)))
	}
}

func (f *fleet) live(ctx context.Context, n *node) {
	for ctx.Err() == nil {
		f.stay(ctx, n)
		if ctx.Err() != nil {
			return
		}
		f.isOut()
		f.come(ctx, n, func(ctx context.Context) error { return n.activate(ctx, promisedS) })
		f.isIn()
	}
}

// stay polls and beats until one of the two fails.
func (f *fleet) stay(ctx context.Context, n *node) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var both sync.WaitGroup
	for _, work := range []func(context.Context, *node) error{f.poll, f.beat} {
		both.Add(1)
		go func() {
			defer both.Done()
			defer cancel()
			for ctx.Err() == nil {
				if err := work(ctx, n); err != nil {
					f.failed(ctx, err)
					return
				}
			}
		}()
	}
	both.Wait()
}

func (f *fleet) poll(ctx context.Context, n *node) error {
	limited, cancel := context.WithTimeout(ctx, pollPatience)
	defer cancel()
	var headers []string
	if f.holdMs > 0 {
		headers = []string{"corolla-peer", "1", "corolla-hold-ms", strconv.Itoa(f.holdMs)}
	}
	f.held.Add(1)
	since := time.Now()
	out, err := n.pull(limited, headers...)
	f.held.Add(-1)
	if err != nil {
		return err
	}
	f.polls.Add(1)
	if len(out) > 0 {
		f.messages.Add(1)
	} else if time.Since(since) < heldFor {
		rest(ctx, pollPause)
	}
	return nil
}

func (f *fleet) beat(ctx context.Context, n *node) error {
	rest(ctx, f.nextBeat(n))
	if ctx.Err() != nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, callPatience)
	defer cancel()
	calm := f.isCalm()
	since := time.Now()
	if err := n.beat(limited, promisedS); err != nil {
		return err
	}
	if calm && f.isCalm() {
		f.calm.add(time.Since(since))
	} else {
		f.rough.add(time.Since(since))
	}
	return nil
}

// nextBeat spreads the heartbeats: what came at the same time does not stay together.
func (f *fleet) nextBeat(n *node) time.Duration {
	share := 0.8 + 0.4*rand.Float64()
	if !n.hasBeaten {
		n.hasBeaten = true
		share = rand.Float64()
	}
	return time.Duration(f.beatS * share * float64(time.Second))
}

func (f *fleet) isCalm() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.joined && f.in == len(f.nodes)
}

func (f *fleet) isIn() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.in++
	if f.joined && f.in == len(f.nodes) {
		f.tell(map[string]any{"event": "back", "lost": f.lost, "back_s": seconds(f.lostAt)})
		select {
		case f.back <- struct{}{}:
		default:
		}
		f.lost = 0
	}
}

func (f *fleet) isOut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.joined && f.in == len(f.nodes) {
		f.lostAt = time.Now()
		f.tell(map[string]any{"event": "lost", "error": f.firstError})
	}
	f.in--
	f.lost++
}

func (f *fleet) failed(ctx context.Context, err error) {
	if ctx.Err() != nil {
		return
	}
	f.errors.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.firstError == "" {
		f.firstError = err.Error()
	}
}

func rest(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

func seconds(since time.Time) float64 {
	return math.Round(time.Since(since).Seconds()*1000) / 1000
}
