"""The operator's console 运营后台: plain pages over the rooms' facades, in Chinese and English."""
