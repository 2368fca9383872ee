"""What the verbs of the coupons room do, by topic; `facade.py` is their door."""
