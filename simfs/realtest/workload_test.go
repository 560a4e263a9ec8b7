package realtest_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ncruces/go-sqlite3"
)

// The workload is a numbered sequence of transactions. Its number, and the incarnation
// of the process that runs it, say what a transaction does, so that the whole content
// of the database after any of them is known: a crash must leave exactly the content
// after one of them. That a transaction which was lost and is run again writes other
// bytes also keeps what is left of it on the disk from completing the new one.
//
// Transaction 0 makes the tables. Every later one inserts items, deletes those of
// the transaction liveTransactions before it, and updates a row in place.

// liveTransactions is how many transactions have items in the database at a time.
const liveTransactions = 10

const schema = `
CREATE TABLE head (n INTEGER);
INSERT INTO head VALUES (0);
CREATE TABLE item (n INTEGER, part INTEGER, body BLOB, PRIMARY KEY (n, part));
`

// history holds, for each transaction from 0 on, the incarnation that ran it last.
type history []int

// items returns the bodies that transaction n inserts. Most are small, some need
// overflow pages, and now and then they are more than the page cache holds, so that
// pages reach the disk before the commit.
func (h history) items(n int) [][]byte {
	r := rand.New(rand.NewPCG(uint64(n), uint64(h[n])))
	bodies := make([][]byte, 1+r.IntN(4))
	for part := range bodies {
		size := r.IntN(300)
		switch r.IntN(12) {
		case 0, 1:
			size = 3000 + r.IntN(9000)
		case 2:
			size = 40_000
		}
		bodies[part] = bytes.Repeat(fmt.Appendf(nil, "<%d.%d.%d>", n, part, h[n]), size/8+1)
	}
	return bodies
}

// script is transaction n without its begin and end.
func (h history) script(n int) string {
	if n == 0 {
		return schema
	}
	var sql strings.Builder
	for part, body := range h.items(n) {
		fmt.Fprintf(&sql, "INSERT INTO item VALUES (%d, %d, x'%x');", n, part, body)
	}
	fmt.Fprintf(&sql, "DELETE FROM item WHERE n <= %d; UPDATE head SET n = %d;", n-liveTransactions, n)
	return sql.String()
}

// commit runs the latest transaction; nil is its acknowledgement. Every fourth is
// first run and rolled back.
func (h history) commit(conn *sqlite3.Conn) error {
	n := len(h) - 1
	if n%4 == 3 {
		if err := conn.Exec("BEGIN;" + h.script(n) + "ROLLBACK"); err != nil {
			return err
		}
	}
	return conn.Exec("BEGIN;" + h.script(n) + "COMMIT")
}

// noTransaction is what latest returns for a database without tables.
const noTransaction = -1

// latest returns the transaction that the database says was the last. An error means
// that SQLite finds it damaged.
func latest(conn *sqlite3.Conn) (int, error) {
	if verdict, err := value(conn, "PRAGMA integrity_check(1)"); err != nil || verdict != "ok" {
		return 0, errors.Join(fmt.Errorf("integrity check: %q", verdict), err)
	}
	tables, err := value(conn, "SELECT count(*) FROM sqlite_schema WHERE type = 'table'")
	if err != nil {
		return 0, err
	}
	if tables == "0" {
		return noTransaction, nil
	}
	n := 0
	err = each(conn, "SELECT n FROM head", func(row *sqlite3.Stmt) error {
		n = row.ColumnInt(0)
		return nil
	})
	return n, err
}

// holds reports how the items in the database differ from those after the latest
// transaction.
func (h history) holds(conn *sqlite3.Conn) error {
	n := len(h) - 1
	type item struct {
		n, part int
		body    []byte
	}
	var want []item
	for m := max(1, n-liveTransactions+1); m <= n; m++ {
		for part, body := range h.items(m) {
			want = append(want, item{m, part, body})
		}
	}
	err := each(conn, "SELECT n, part, body FROM item ORDER BY n, part", func(row *sqlite3.Stmt) error {
		got := item{row.ColumnInt(0), row.ColumnInt(1), row.ColumnRawBlob(2)}
		if len(want) == 0 {
			return fmt.Errorf("after transaction %d there is item %d.%d too many", n, got.n, got.part)
		}
		next := want[0]
		want = want[1:]
		if got.n != next.n || got.part != next.part || !bytes.Equal(got.body, next.body) {
			return fmt.Errorf("after transaction %d there is item %d.%d of %d bytes in place of %d.%d of %d bytes",
				n, got.n, got.part, len(got.body), next.n, next.part, len(next.body))
		}
		return nil
	})
	if err == nil && len(want) > 0 {
		err = fmt.Errorf("after transaction %d item %d.%d is missing", n, want[0].n, want[0].part)
	}
	return err
}

// value returns the first column of the first row of a query.
func value(conn *sqlite3.Conn, sql string) (string, error) {
	first := ""
	err := each(conn, sql, func(row *sqlite3.Stmt) error {
		first = row.ColumnText(0)
		return nil
	})
	return first, err
}

// each hands every row of a query to do, until that returns an error.
func each(conn *sqlite3.Conn, sql string, do func(*sqlite3.Stmt) error) error {
	query, _, err := conn.Prepare(sql)
	if err != nil {
		return err
	}
	for err == nil && query.Step() {
		err = do(query)
	}
	return errors.Join(err, query.Close())
}
