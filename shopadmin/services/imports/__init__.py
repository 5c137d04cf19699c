"""Import of export files: stage, check, apply in chunks, take back.

``runs`` begins and tells, ``working`` does the work of a job, ``recovery`` goes on after a crash.
"""
