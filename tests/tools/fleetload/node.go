package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math"
	"os"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
)

// raw leaves messages as the bytes that they are.
type raw struct{}

func (raw) Marshal(v any) ([]byte, error)   { return *(v.(*[]byte)), nil }
func (raw) Unmarshal(b []byte, v any) error { *(v.(*[]byte)) = append([]byte(nil), b...); return nil }
func (raw) Name() string                    { return "proto" }

// connect opens connections to addr; with TLS when ca names a file. They come up at their first call and, when they
// are lost, again as those of Flower's SuperNodes do: after a second, then less and less often.
func connect(addr, ca string, count int) ([]*grpc.ClientConn, error) {
	cred := insecure.NewCredentials()
	if ca != "" {
		b, err := os.ReadFile(ca)
		if err != nil {
			return nil, err
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(b)
		// No session of TLS is taken up again: SuperNodes in Python do not either.
		cred = credentials.NewTLS(&tls.Config{RootCAs: pool})
	}
	again := backoff.Config{BaseDelay: time.Second, Multiplier: 1.6, Jitter: 0.2, MaxDelay: 20 * time.Second}
	conns := make([]*grpc.ClientConn, count)
	for i := range conns {
		c, err := grpc.NewClient(addr,
			grpc.WithTransportCredentials(cred),
			grpc.WithDefaultCallOptions(grpc.ForceCodec(raw{})),
			grpc.WithConnectParams(grpc.ConnectParams{Backoff: again, MinConnectTimeout: 20 * time.Second}),
			// Thousands of these share a machine with what they load.
			grpc.WithReadBufferSize(4096), grpc.WithWriteBufferSize(4096), grpc.WithSharedWriteBuffer(true))
		if err != nil {
			return nil, err
		}
		conns[i] = c
	}
	return conns, nil
}

// node is one SuperNode with a key of its own.
type node struct {
	conn   *grpc.ClientConn
	key    *ecdsa.PrivateKey
	pemKey []byte
	id     uint64
	// Set by hold mode.
	hasBeaten bool

	// For how long a signature is shown again.
	resign   time.Duration
	mu       sync.Mutex
	stamp    string
	sig      string
	signedAt time.Time
}

func newNode(conn *grpc.ClientConn, resign time.Duration) *node {
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKIXPublicKey(&k.PublicKey)
	if err != nil {
		panic(err)
	}
	return &node{conn: conn, resign: resign, key: k, pemKey: pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})}
}

// signature gives the time and its signature: as a rule a fresh one for each call, as SuperNodes do.
func (n *node) signature() (stamp, sig string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.stamp == "" || time.Since(n.signedAt) >= n.resign {
		n.signedAt = time.Now()
		n.stamp = n.signedAt.UTC().Format("2006-01-02T15:04:05.000000+00:00")
		h := sha256.Sum256([]byte(n.stamp))
		signed, err := ecdsa.SignASN1(rand.Reader, n.key, h[:])
		if err != nil {
			panic(err)
		}
		n.sig = string(signed)
	}
	return n.stamp, n.sig
}

func (n *node) call(ctx context.Context, method string, req []byte, headers ...string) ([]byte, error) {
	stamp, sig := n.signature()
	ctx = metadata.AppendToOutgoingContext(ctx,
		append(headers, "flwr-public-key-bin", string(n.pemKey), "flwr-timestamp", stamp, "flwr-signature-bin", sig)...)
	var out []byte
	err := n.conn.Invoke(ctx, "/flwr.proto.Fleet/"+method, &req, &out)
	return out, err
}

func (n *node) register(ctx context.Context) error {
	_, err := n.call(ctx, "RegisterNode", bytesField(nil, 1, n.pemKey))
	return err
}

func (n *node) activate(ctx context.Context, intervalS float64) error {
	out, err := n.call(ctx, "ActivateNode", doubleField(bytesField(nil, 1, n.pemKey), 2, intervalS))
	if err == nil {
		n.id = uintField(out, 1)
	}
	return err
}

func (n *node) beat(ctx context.Context, intervalS float64) error {
	_, err := n.call(ctx, "SendNodeHeartbeat", doubleField(n.self(), 2, intervalS))
	return err
}

func (n *node) pull(ctx context.Context, headers ...string) ([]byte, error) {
	return n.call(ctx, "PullMessages", n.self(), headers...)
}

func (n *node) self() []byte {
	id := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), n.id)
	return bytesField(nil, 1, id)
}

func bytesField(b []byte, num protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
}

func doubleField(b []byte, num protowire.Number, v float64) []byte {
	return protowire.AppendFixed64(protowire.AppendTag(b, num, protowire.Fixed64Type), math.Float64bits(v))
}

func uintField(b []byte, num protowire.Number) uint64 {
	for len(b) > 0 {
		n, t, l := protowire.ConsumeTag(b)
		b = b[l:]
		if n == num && t == protowire.VarintType {
			v, _ := protowire.ConsumeVarint(b)
			return v
		}
		b = b[protowire.ConsumeFieldValue(n, t, b):]
	}
	return 0
}
