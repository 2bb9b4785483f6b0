// For each checkpoint, itself and all its ancestors, unordered, each with the parent it names.
UNWIND $ids AS id
MATCH (:Checkpoint {projectId: $projectId, id: id})<-[:PARENT_OF*0..]-(c:Checkpoint)
RETURN id AS of, c.id AS id, c.parentId AS parentId
