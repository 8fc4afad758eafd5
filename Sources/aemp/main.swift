import AEMPTool

Tool.main()
