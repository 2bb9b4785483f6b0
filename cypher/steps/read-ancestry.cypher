// What steps, and all steps above them, depend on and were called in. Unknown keys give no row.
UNWIND $steps AS key
MATCH (:Step {projectId: key.projectId, id: key.id})<-[:PARENT_OF*0..]-(a:Step)
RETURN DISTINCT a.projectId AS projectId, a.id AS id, a.parentIds AS parentIds, a.within AS within, a.awaits AS awaits
UNION
UNWIND $steps AS key
MATCH (:Step {projectId: key.projectId, id: key.id})-[:WITHIN*0..]->(a:Step)
RETURN DISTINCT a.projectId AS projectId, a.id AS id, a.parentIds AS parentIds, a.within AS within, a.awaits AS awaits
