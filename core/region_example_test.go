package core_test

import (
	"fmt"

	"github.com/batpak/batpak-sim/core"
)

func ExampleRegion() {
	orders := core.Region{}.WithEntity("order").WithFact(core.KindCategory(1))

	below, _ := core.NewCoordinate("order:17", "shop")
	beside, _ := core.NewCoordinate("orders", "shop")
	fmt.Println(orders.Matches(below, core.KindData, 0, 0), orders.Matches(beside, core.KindData, 0, 0))
	fmt.Println(orders.Identity())
	fmt.Println(orders.WithClock(core.ClockRange{Start: 9, End: 3}).Validate())

	// Output:
	// true false
	// region/1 entity="order" scope=* fact=category:1 clock=* lane=*
	// batpak: clock range 9 to 3: clock range starts after its end
}
