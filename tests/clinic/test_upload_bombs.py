"""Files that are small on the way in and huge inside."""

from __future__ import annotations

import io
import tracemalloc
import zlib

import pydicom
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from pydicom.dataset import Dataset, FileMetaDataset

from spinepath.clinic.examine.files import Refused, header_of
from spinepath.clinic.models import Person

MEGABYTE = 1024 * 1024


def deflated_bomb() -> bytes:
    """A DICOM file whose packed part unpacks to a hundred times its size."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = pydicom.uid.MRImageStorage
    meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    data = Dataset()
    data.file_meta = meta
    data.Modality = "MR"
    data.SOPClassUID, data.SOPInstanceUID = meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID
    out = io.BytesIO()
    pydicom.dcmwrite(out, data, enforce_file_format=True)
    plain, packed = str(pydicom.uid.ExplicitVRLittleEndian), str(pydicom.uid.DeflatedExplicitVRLittleEndian)
    whole = out.getvalue()
    head = whole[: whole.index(b"\x08\x00\x16\x00")]
    old = b"UI" + (20).to_bytes(2, "little") + plain.encode().ljust(20, b"\0")
    new = b"UI" + (22).to_bytes(2, "little") + packed.encode()
    assert old in head
    head = head.replace(old, new)
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return head + packing.compress(bytes(100 * MEGABYTE)) + packing.flush()


def test_a_file_that_unpacks_to_a_hundred_times_its_size_is_refused_before_it_does() -> None:
    content = deflated_bomb()
    assert len(content) < MEGABYTE
    file = SimpleUploadedFile("scan.dcm", content)
    tracemalloc.start()
    try:
        with pytest.raises(Refused):
            header_of(file, Person())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20 * MEGABYTE
