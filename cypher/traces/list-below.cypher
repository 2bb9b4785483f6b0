// A trace and, if requested, every trace below it.
MATCH (:Trace {projectId: $projectId, id: $id})-[:PARENT_OF*0..]->(t:Trace)
WHERE $includeSubTraces OR t.id = $id
RETURN DISTINCT t.id AS id
