// Reads steps by key, with all that they store. Unknown keys give no row.
UNWIND $steps AS key
MATCH (s:Step {projectId: key.projectId, id: key.id})
RETURN {{Step s}},
  s.data AS data,
  s.input AS input,
  s.output AS output,
  s.attributes AS attributes,
  s.resource AS resource,
  s.scope AS scope,
  s.errorStack AS errorStack,
  s.original AS original,
  s.setBy AS setBy
