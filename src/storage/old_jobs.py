"""Jobs as the first version kept them, rewritten to what they are now: steps for migrations.

They had a `state` and a `failure`, a shorter id, and did not say whose they were.
"""

from typing import Final

IN_FILE: Final = """
UPDATE file SET document = json_set(
  json_remove(document, '$.job.state', '$.job.failure'),
  '$.job.id', 'job_' || substr(json_extract(document, '$.upload.file_id'), 6)
    || '_' || substr(json_extract(document, '$.job.id'), 5, 16),
  '$.job.file_id', json_extract(document, '$.upload.file_id'),
  '$.job.order_id', json_extract(document, '$.upload.order_id'),
  '$.job.user_id', json_extract(document, '$.upload.owner_id'),
  '$.job.status', json_extract(document, '$.job.state'),
  '$.job.error', json_extract(document, '$.job.failure')
)
WHERE json_extract(document, '$.job.state') IS NOT NULL
"""
PAST: Final = """
UPDATE past_jobs SET
  job_id = 'job_' || substr(json_extract(file.document, '$.upload.file_id'), 6)
    || '_' || substr(job_id, 5, 16),
  document = json_set(
    json_remove(past_jobs.document, '$.state', '$.failure'),
    '$.id', 'job_' || substr(json_extract(file.document, '$.upload.file_id'), 6)
      || '_' || substr(job_id, 5, 16),
    '$.file_id', json_extract(file.document, '$.upload.file_id'),
    '$.order_id', json_extract(file.document, '$.upload.order_id'),
    '$.user_id', json_extract(file.document, '$.upload.owner_id'),
    '$.status', json_extract(past_jobs.document, '$.state'),
    '$.error', json_extract(past_jobs.document, '$.failure')
  )
FROM file
WHERE json_extract(past_jobs.document, '$.state') IS NOT NULL
"""
OUTCOMES: Final = """
UPDATE owed_outcomes SET
  job_id = 'job_' || substr(json_extract(file.document, '$.upload.file_id'), 6)
    || '_' || substr(job_id, 5, 16),
  document = json_object(
    'kind', json_extract(owed_outcomes.document, '$.kind'),
    'file_name', json_extract(owed_outcomes.document, '$.file_name'),
    'job', json_remove(COALESCE(
      (SELECT past_jobs.document FROM past_jobs
       WHERE substr(past_jobs.job_id, 38) = substr(owed_outcomes.job_id, 5, 16)),
      json_extract(file.document, '$.job')
    ), '$.lease', '$.not_before_ms')
  )
FROM file
WHERE json_extract(owed_outcomes.document, '$.job_id') IS NOT NULL
"""
IN_SNAPSHOTS: Final = """
UPDATE files SET snapshot = json_set(
  json_remove(snapshot, '$.job.state', '$.job.failure'),
  '$.job.id', 'job_' || substr(file_id, 6)
    || '_' || substr(json_extract(snapshot, '$.job.id'), 5, 16),
  '$.job.file_id', file_id,
  '$.job.order_id', json_extract(snapshot, '$.order_id'),
  '$.job.user_id', json_extract(snapshot, '$.owner_id'),
  '$.job.status', json_extract(snapshot, '$.job.state'),
  '$.job.error', json_extract(snapshot, '$.job.failure')
)
WHERE json_extract(snapshot, '$.job.state') IS NOT NULL
"""
LISTED: Final = """
INSERT OR IGNORE INTO jobs (created_at_ms, job_id, status, document)
SELECT json_extract(snapshot, '$.job.created_at_ms'), json_extract(snapshot, '$.job.id'),
  json_extract(snapshot, '$.job.status'), json_extract(snapshot, '$.job')
FROM files WHERE json_extract(snapshot, '$.job.id') IS NOT NULL
"""
OWED_NOTIFICATIONS: Final = """
UPDATE owed_notifications SET
  notification_id = 'ntf_' || substr(json_extract(document, '$.file_id'), 6)
    || '_' || substr(notification_id, 5, 16),
  document = json_set(document,
    '$.id', 'ntf_' || substr(json_extract(document, '$.file_id'), 6)
      || '_' || substr(notification_id, 5, 16),
    '$.job_id', 'job_' || substr(json_extract(document, '$.file_id'), 6)
      || '_' || substr(notification_id, 5, 16))
WHERE length(notification_id) = 36
"""
NOTIFICATIONS: Final = OWED_NOTIFICATIONS.replace("owed_notifications", "notifications")
