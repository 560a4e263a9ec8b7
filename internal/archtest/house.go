package archtest

import (
	"path"
	"slices"
	"strings"
)

// House is the rules of a module.
type House struct {
	Module     string // its path
	Rooms      []Room
	Bans       []Ban
	Exceptions []Exception
}

// Room is a folder, with all below it, and what it may import. It may always import
// itself and the standard library.
type Room struct {
	Folder    string
	Below     []string // rooms of this module
	Outside   []string // modules
	Test      []string // rooms and modules that its tests may import besides
	TestsOnly bool     // it declares nothing outside of its tests
}

// Exception lifts a ban in one file.
type Exception struct {
	File   string
	Rule   string // the name of the ban
	Reason string
}

// Check returns every breach of the rules.
func (h House) Check(s *Source) []Finding {
	used := make(map[Exception]bool)
	var found []Finding
	for _, f := range s.files {
		found = append(found, h.checkRoom(s, f)...)
		for _, ban := range h.Bans {
			if !ban.covers(f) {
				continue
			}
			breaches := ban.check(s, f)
			if e, lifted := h.exception(f, ban); lifted {
				used[e] = used[e] || len(breaches) > 0
				continue
			}
			found = append(found, breaches...)
		}
	}
	for _, e := range h.Exceptions {
		if !used[e] {
			found = append(found, Finding{File: e.File, Rule: "exception", Text: "the exception from " + e.Rule + " lifts nothing"})
		}
	}
	sortFindings(found)
	return found
}

func (h House) exception(f *file, ban Ban) (Exception, bool) {
	at := slices.IndexFunc(h.Exceptions, func(e Exception) bool { return e.File == f.path && e.Rule == ban.Name })
	if at < 0 {
		return Exception{}, false
	}
	return h.Exceptions[at], true
}

// room returns the room that a path from the module's root lies in.
func (h House) room(name string) (Room, bool) {
	at := slices.IndexFunc(h.Rooms, func(r Room) bool { return within(r.Folder, name) })
	if at < 0 {
		return Room{}, false
	}
	return h.Rooms[at], true
}

// within reports whether name is folder or lies below it.
func within(folder, name string) bool {
	rest, ok := strings.CutPrefix(name, folder)
	return ok && (rest == "" || rest[0] == '/')
}

// checkRoom checks what a file imports, and that it may be where it is.
func (h House) checkRoom(s *Source, f *file) []Finding {
	room, ok := h.room(path.Dir(f.path))
	if !ok {
		return []Finding{{File: f.path, Rule: "room", Text: "no room of the house stands for this folder"}}
	}
	var found []Finding
	if room.TestsOnly && !f.isTest() && len(f.tree.Decls) > 0 {
		found = append(found, s.finding(f, f.tree.Decls[0], "room", "%s holds tests only", room.Folder))
	}
	paths := f.imports()
	for _, spec := range f.tree.Imports {
		if !h.mayImport(room, f, paths[spec]) {
			found = append(found, s.finding(f, spec, "import", "%s may not import %s", room.Folder, paths[spec]))
		}
	}
	return found
}

func (h House) mayImport(room Room, f *file, imported string) bool {
	allowed := slices.Concat(room.Below, room.Outside, []string{room.Folder})
	if f.isTest() {
		allowed = append(allowed, room.Test...)
	}
	if standard(imported) {
		return true
	}
	if within(h.Module, imported) {
		imported = strings.TrimPrefix(imported[len(h.Module):], "/")
	}
	return slices.ContainsFunc(allowed, func(a string) bool { return within(a, imported) })
}

// standard reports whether an import path is the standard library's: its first
// element has no dot.
func standard(imported string) bool {
	first, _, _ := strings.Cut(imported, "/")
	return !strings.Contains(first, ".")
}
