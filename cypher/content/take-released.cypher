// Takes the mark from up to $limit marked chunks, of any project, locks them and returns them: the same transaction must
// garbage-collect them. No row when none is left.
MATCH (c:Released)
USING INDEX c:Released(projectId, id)
WHERE c.projectId > '' AND c.id > ''
WITH c
LIMIT $limit
SET c.locked = true
REMOVE c:Released
RETURN c.projectId AS projectId, c.id AS id
