module corpus.example/corpus

go 1.22
