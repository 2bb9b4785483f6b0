// Reads threads by key. Unknown keys give no row.
UNWIND $threads AS key
MATCH (t:Thread {projectId: key.projectId, id: key.id})
RETURN {{map Thread t}} AS thread
