"""Tests of reading FHIR records."""
