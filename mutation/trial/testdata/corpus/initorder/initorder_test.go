package initorder

import "testing"

func TestTable(t *testing.T) {
	if len(table) != 4 || table[2] != 4 || last != 9 {
		t.Errorf("table = %v, last = %d", table, last)
	}
}
