package equal

import "testing"

func TestHalf(t *testing.T) {
	if Half(9) != 4 || Half(255) != 127 {
		t.Error("half")
	}
}
