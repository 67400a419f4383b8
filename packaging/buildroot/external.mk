include $(sort $(wildcard $(BR2_EXTERNAL_BGS2D_PATH)/package/*/*.mk))
