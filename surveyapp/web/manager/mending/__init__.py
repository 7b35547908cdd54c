"""Pages on which what stands of a study is put right."""
