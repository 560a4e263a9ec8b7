package trial

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
)

// pool is the workers, each with its own workspace.
type pool struct{ spaces []*workspace }

func newPool(root, base string, workers int) (*pool, error) {
	p := &pool{}
	for i := range workers {
		w, err := newWorkspace(root, filepath.Join(base, fmt.Sprintf("worker%d", i)))
		if err != nil {
			return nil, fmt.Errorf("copy the module: %w", err)
		}
		p.spaces = append(p.spaces, w)
	}
	return p, nil
}

// each carries out n tasks on all workers and stops at the first error.
func (p *pool) each(ctx context.Context, n int, task func(context.Context, *workspace, int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	tasks := make(chan int)
	var workers sync.WaitGroup
	for _, w := range p.spaces {
		workers.Go(func() {
			for i := range tasks {
				if ctx.Err() != nil {
					continue
				}
				if err := task(ctx, w, i); err != nil {
					cancel(err)
				}
			}
		})
	}
	for i := range n {
		tasks <- i
	}
	close(tasks)
	workers.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) {
		return err
	}
	return ctx.Err()
}
