"""The storefront API under ``/api/v1``: bearer tokens, strict JSON, problem documents, idempotent effects."""
